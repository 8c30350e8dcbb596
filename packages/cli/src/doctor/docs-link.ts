import { readFileSync } from 'node:fs'

/** Where a page of the documentation is: its address, where the package says where its repository is; otherwise its path there. */
export function docsLink(page: string, repository: string | undefined = REPOSITORY): string {
  const [, host, path] = /^(?:git\+)?https:\/\/(github\.com|gitlab\.com)\/([^#?]+?)(?:\.git)?\/?$/.exec(repository ?? '') ?? []
  if (host === undefined) return page
  return `https://${host}/${path}/${host === 'gitlab.com' ? '-/' : ''}blob/HEAD/${page}`
}

const REPOSITORY = readRepository()

/** https://docs.npmjs.com/cli/configuring-npm/package-json#repository */
function readRepository(): string | undefined {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { repository } = JSON.parse(manifest) as { repository?: string | { url?: string } }
  const text = typeof repository === 'string' ? repository : repository?.url
  return text?.replace(/^(?:github:)?([\w.-]+\/[\w.-]+)$/, 'https://github.com/$1')
}
