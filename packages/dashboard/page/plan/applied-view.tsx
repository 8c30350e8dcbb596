import type { Applied } from '../api/shapes.js'
import { countOf } from '../format/count.js'
import { href } from '../routing/location.js'
import { StepTable } from '../runs/step-table.js'

/** What became of a plan that somebody just applied. */
export function AppliedView({ applied: { outcome, counts, steps }, onClose }: { applied: Applied; onClose: () => void }) {
  const failed = steps.filter((step) => step.outcome === 'failed')
  return (
    <div class={`result ${outcome}`} role="status">
      <p>
        <strong>{outcome === 'done' ? 'Applied.' : 'Not all of it worked.'}</strong> {countOf(counts.done, 'step')} done
        {counts.failed > 0 && `, ${counts.failed} failed`}
        {counts.skipped > 0 && `, ${counts.skipped} skipped`}. The <a href={href(['runs'])}>runs</a> have the details.{' '}
        <button type="button" class="link" onClick={onClose}>
          Dismiss
        </button>
      </p>
      {failed.length > 0 && <StepTable steps={failed} label="Steps that failed" />}
    </div>
  )
}
