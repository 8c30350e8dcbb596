import type { Problem } from '../api/shapes.js'

/** Says what went wrong and what to do about it. */
export function ProblemView({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  const { title, detail, hint, code } = problem
  const name = title === code ? (detail ?? title) : title
  return (
    <div class="problem" role="alert">
      <p class="problem-title">{name}</p>
      {detail !== undefined && detail !== name && <p class="problem-detail">{detail}</p>}
      {hint !== undefined && <p class="problem-detail">{hint}</p>}
      <p class="problem-foot">
        <code>{code}</code>
        {onRetry && (
          <button type="button" class="button" onClick={onRetry}>
            Try again
          </button>
        )}
      </p>
    </div>
  )
}
