import type { DoctorCheck } from './doctor-facts.js'

const SUPPORTED_MAJOR = 7

export const prismaVersionsCheck: DoctorCheck<'prisma'> = {
  name: 'versions of Prisma',
  needs: ['prisma'],
  find({ prisma: { versions } }) {
    const entries = Object.entries(versions)
    const text = entries.map(([name, version]) => `${name} ${version}`).join(', ')
    const others = entries.filter(([, version]) => majorOf(version) !== SUPPORTED_MAJOR)
    if (others.length > 0) {
      return [
        {
          code: 'PRISMA_VERSION_UNSUPPORTED',
          severity: others.some(([, version]) => majorOf(version) < SUPPORTED_MAJOR) ? 'error' : 'warning',
          message: `partman supports Prisma ${SUPPORTED_MAJOR}; installed is ${text}`,
          reason: 'Generator and client extension use interfaces that differ from one major version to another.',
          nextStep: `Install version ${SUPPORTED_MAJOR} of all packages of Prisma.`,
          statements: [`npm install ${others.map(([name]) => `${name}@${SUPPORTED_MAJOR}`).join(' ')}`],
        },
      ]
    }
    if (new Set(Object.values(versions).map(minorOf)).size <= 1) return []
    return [
      {
        code: 'PRISMA_VERSIONS_DIFFER',
        severity: 'warning',
        message: `The packages of Prisma are of several versions: ${text}`,
        reason: 'Prisma tests only packages of one version with each other, the driver adapter included.',
        nextStep: 'Install the same version of all of them.',
        statements: [`npm install ${entries.map(([name]) => `${name}@${newest(Object.values(versions))}`).join(' ')}`],
      },
    ]
  },
}

/** Corrections of one package need not come with those of another. */
function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.')
}

function majorOf(version: string): number {
  return Number(version.split('.')[0])
}

function newest(versions: readonly string[]): string {
  return versions.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))[0] ?? ''
}
