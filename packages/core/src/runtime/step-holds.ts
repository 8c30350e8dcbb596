import type { Operation } from '../plan/operation.js'
import { formatTableName } from '../state/state.js'

/** Remembers which steps of a round have failed or met a lock, and which others have to wait for them. */
export class StepHolds {
  readonly #gone = new FailedPlaces()
  readonly #now = new FailedPlaces()

  /** `failed`: steps that are over. */
  constructor(failed: readonly Operation[]) {
    for (const operation of failed) this.#gone.add(operation)
  }

  /** Nothing in this run helps. */
  isHeldForGood(operation: Operation): boolean {
    return this.#gone.concern(operation)
  }

  isHeld(operation: Operation): boolean {
    return this.#now.concern(operation)
  }

  addFailed(operation: Operation): void {
    this.#now.add(operation)
  }
}

/** Where something went wrong. After a failure a parent is still provisioned; nothing of it is retired before all is well again. An index keeps nothing else waiting. */
class FailedPlaces {
  readonly #parents = new Set<string>()
  readonly #unmade = new Set<string>()
  readonly #frames = new Set<string>()

  concern(operation: Operation): boolean {
    switch (operation.kind) {
      case 'create-partition':
        return this.#unmade.has(formatTableName(operation.parent))
      case 'create-index':
      case 'attach-index':
        return this.#frames.has(formatPart(operation.index, operation.parent))
      case 'drop-partition':
      case 'move-partition':
        return this.#parents.has(formatTableName(operation.partition.marker.parent))
      default:
        return this.#parents.has(formatTableName(operation.parent))
    }
  }

  add(operation: Operation): void {
    switch (operation.kind) {
      // One that cannot be dropped, because a view is on it, stands in nobody's way.
      case 'drop-partition':
      case 'move-partition':
        break
      case 'create-index':
      case 'attach-index':
        this.#frames.add(formatPart(operation.index, operation.partition))
        break
      default:
        this.#parents.add(formatTableName(operation.parent))
        if (operation.kind === 'create-partition') this.#unmade.add(formatTableName(operation.partition))
    }
  }
}

function formatPart({ oid }: { oid: string }, table: { schema: string; name: string }): string {
  return `${oid} ${formatTableName(table)}`
}
