import type { Client } from './client.js'

export interface SignUp {
  readonly slug: string
  readonly name: string
  readonly endpointUrls: readonly string[]
  /** Default: now. */
  readonly at?: Date
}

/**
 * Makes a project with its endpoints. Its partitions come with it: when any part of this fails, such as a slug that is
 * taken, neither row nor partition stays.
 */
export async function signUp(client: Client, { slug, name, endpointUrls, at = new Date() }: SignUp) {
  return client.$transaction(async (tx) => {
    const project = await tx.project.create({
      data: { slug, name, createdAt: at, endpoints: { create: endpointUrls.map((url) => ({ url, createdAt: at })) } },
      include: { endpoints: true },
    })
    await tx.auditLog.create({ data: { at, projectId: project.id, actor: 'sign-up', action: 'project.created', subject: slug } })
    return project
  })
}
