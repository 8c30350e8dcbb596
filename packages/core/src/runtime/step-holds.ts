import type { Operation } from '../plan/operation.js'
import { formatTableName } from '../state/state.js'

/** Remembers which steps failed in a run, and which others have to wait for them. */
export class StepHolds {
  readonly #failedParents = new Set<string>()
  readonly #failedFrames = new Set<string>()

  /** After a failure a parent is still provisioned; nothing of it is retired before all is well again. An index keeps nothing else waiting. */
  isHeld(operation: Operation): boolean {
    switch (operation.kind) {
      case 'create-partition':
        return false
      case 'create-index':
      case 'attach-index':
        return this.#failedFrames.has(formatPart(operation.index, operation.parent))
      case 'drop-partition':
        return this.#failedParents.has(formatTableName(operation.partition.marker.parent))
      default:
        return this.#failedParents.has(formatTableName(operation.parent))
    }
  }

  addFailed(operation: Operation): void {
    switch (operation.kind) {
      // One that cannot be dropped, because a view is on it, stands in nobody's way.
      case 'drop-partition':
        break
      case 'create-index':
      case 'attach-index':
        this.#failedFrames.add(formatPart(operation.index, operation.partition))
        break
      default:
        this.#failedParents.add(formatTableName(operation.parent))
    }
  }
}

function formatPart({ oid }: { oid: string }, table: { schema: string; name: string }): string {
  return `${oid} ${formatTableName(table)}`
}
