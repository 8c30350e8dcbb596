import findings from '../../../../docs/findings.md?raw'

/** What the documentation says of a code. */
export interface Explanation {
  readonly means: string
  readonly todo: string
}

/** The tables of the documentation's page, so that they are at hand where there is no network. */
const EXPLANATIONS: ReadonlyMap<string, Explanation> = new Map(
  findings.split('\n').flatMap((line) => {
    const [, code, , means, todo] = /^\| `([A-Z_]+)`\s*\|([^|]*)\|([^|]*)\|([^|]*)\|/.exec(line) ?? []
    return code === undefined || means === undefined || todo === undefined ? [] : [[code, { means: means.trim(), todo: todo.trim() }]]
  }),
)

export function explain(code: string): Explanation | undefined {
  return EXPLANATIONS.get(code)
}
