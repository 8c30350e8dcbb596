import type { Finding } from '../api/shapes.js'
import { Badge } from '../parts/badge.js'
import { Prose } from '../parts/prose.js'
import { href } from '../routing/location.js'
import { explain } from './explanations.js'

/** One finding: what is, what to do next, and what the documentation says of it. */
export function FindingItem({ finding }: { finding: Finding }) {
  const { code, severity, model, message, nextStep, declaredAt } = finding
  const explanation = explain(code)
  return (
    <li class={`finding ${severity}`}>
      <p class="finding-head">
        <Badge tone={severity}>{severity}</Badge>
        {model !== null && <a href={href(['tables', model])}>{model}</a>}
        {declaredAt !== '' && <span class="muted small">declared at {declaredAt}</span>}
      </p>
      <p class="finding-message">{message}</p>
      <p class="finding-next">
        <strong>Next:</strong> <Prose text={nextStep} />
      </p>
      {explanation ? (
        <details class="finding-docs">
          <summary>
            <code>{code}</code> in the documentation
          </summary>
          <p>
            <Prose text={explanation.means} />
          </p>
          <p>
            <strong>What to do:</strong> <Prose text={explanation.todo} />
          </p>
        </details>
      ) : (
        <p class="small">
          <code>{code}</code>
        </p>
      )}
    </li>
  )
}
