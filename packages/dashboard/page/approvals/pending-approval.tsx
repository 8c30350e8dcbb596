import { useMe } from '../api/me.js'
import type { Approval } from '../api/shapes.js'
import { countOf } from '../format/count.js'
import { Badge } from '../parts/badge.js'
import { OperationList } from '../plan/operation-list.js'
import { href } from '../routing/location.js'

/** A retention that waits: what it changes, and what would go. */
export function PendingApproval({ approval, onApprove }: { approval: Approval; onApprove: () => void }) {
  const { model, declared, inForce, going } = approval
  const me = useMe()
  return (
    <section class="panel" aria-label={`Retention of ${model}`}>
      <header class="panel-head">
        <h2>
          <a href={href(['tables', model])}>{model}</a>
        </h2>
        <Badge tone="warning">waits for approval</Badge>
        {me.may('admin') && (
          <span class="panel-tools">
            <button type="button" class="button primary" onClick={onApprove} aria-label={`Approve the retention of ${model}`}>
              Approve…
            </button>
          </span>
        )}
      </header>
      <dl class="facts padded">
        <div>
          <dt>Declared</dt>
          <dd>{declared ?? 'keeps everything'}</dd>
        </div>
        <div>
          <dt>In force</dt>
          <dd>{inForce ?? 'none was approved yet'}</dd>
        </div>
        <div>
          <dt>Would go once approved</dt>
          <dd>{going.length === 0 ? 'nothing at once' : countOf(going.length, 'partition')}</dd>
        </div>
      </dl>
      {going.length > 0 && (
        <details open class="going">
          <summary>What would go</summary>
          <OperationList operations={going} label={`What would go of ${model}`} />
        </details>
      )}
    </section>
  )
}
