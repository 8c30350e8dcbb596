/** A project of the demonstration. */
export interface DemoProject {
  readonly slug: string
  readonly name: string
  /** Of all events. */
  readonly share: number
  /** Days after the simulation begins. */
  readonly signsUpOnDay: number
  readonly endpointUrls: readonly string[]
}

/** Five projects as unlike each other as real ones are. */
export const PROJECTS: readonly DemoProject[] = [
  project('northwind', 'Northwind Traders', 0.7, 0, 3),
  project('initech', 'Initech', 0.2, 0, 2),
  project('bluepeak', 'Bluepeak Outdoor', 0.07, 4, 1),
  project('oslo-bikes', 'Oslo Bikes', 0.025, 13, 1),
  project('tiny-tea', 'Tiny Tea', 0.005, 30, 1),
]

function project(slug: string, name: string, share: number, signsUpOnDay: number, endpoints: number): DemoProject {
  const endpointUrls = Array.from({ length: endpoints }, (_, index) => `https://${slug}.example/hooks/${index + 1}`)
  return { slug, name, share, signsUpOnDay, endpointUrls }
}
