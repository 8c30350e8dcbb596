/** A job of a GitHub workflow. */
export interface WorkflowJob {
  readonly name: string
  /** The job's lines, without its steps'. */
  readonly settings: string
  readonly steps: readonly WorkflowStep[]
}

/** A step of a job, by its lines; `from` counts from 0, `to` is the line after the last one that says something. */
export interface WorkflowStep {
  readonly from: number
  readonly to: number
  readonly lines: readonly string[]
  /** What the lines of the step begin with, before the dash. */
  readonly indent: string
}

/**
 * Reads jobs and steps off the lines of a workflow, as far as it is written in blocks: no parser of YAML would put the text back as it was.
 * Undefined where it is written in another way.
 */
export function readWorkflow(text: string): { readonly head: string; readonly jobs: readonly WorkflowJob[] } | undefined {
  const lines = text.split(/\r?\n/)
  if (lines.some((line) => /^\s*\t/.test(line))) return undefined
  const jobsAt = lines.findIndex((line) => /^jobs:\s*(#.*)?$/.test(line))
  if (jobsAt === -1) return undefined
  const end = endOfBlock(lines, jobsAt, 0)
  const first = lines.slice(jobsAt + 1, end).find(isCode)
  const indent = first === undefined ? 0 : depthOf(first)
  const starts = lines.flatMap((line, index) => (index > jobsAt && index < end && isCode(line) && depthOf(line) === indent ? [index] : []))
  const jobs = starts.map((start, index) => readJob(lines, start, starts[index + 1] ?? end))
  const head = [...lines.slice(0, jobsAt), ...lines.slice(end)].join('\n')
  return jobs.every((job) => job !== undefined) ? { head, jobs } : undefined
}

function readJob(lines: readonly string[], start: number, end: number): WorkflowJob | undefined {
  const name = /^\s*(['"]?)([\w-]+)\1:\s*(#.*)?$/.exec(lines[start] ?? '')?.[2]
  if (name === undefined) return undefined
  const first = lines.slice(start + 1, end).find(isCode)
  const depth = first === undefined ? 0 : depthOf(first)
  const stepsAt = lines.findIndex((line, index) => index > start && index < end && depthOf(line) === depth && /^\s*steps:/.test(line))
  if (stepsAt === -1) return { name, settings: lines.slice(start, end).join('\n'), steps: [] }
  if (!/^\s*steps:\s*(#.*)?$/.test(lines[stepsAt] ?? '')) return undefined
  const dash = lines.slice(stepsAt + 1, end).find(isCode) ?? ''
  if (!/^\s*- /.test(dash) || depthOf(dash) < depth) return undefined
  const stop = endOfSteps(lines, stepsAt, end, depthOf(dash))
  const starts = lines.flatMap((line, index) =>
    index > stepsAt && index < stop && isCode(line) && depthOf(line) === depthOf(dash) ? [index] : [],
  )
  const steps = starts.map((from, index): WorkflowStep => {
    let to = starts[index + 1] ?? stop
    while (to > from + 1 && !isCode(lines[to - 1] ?? '')) to--
    return { from, to, lines: lines.slice(from, to), indent: ' '.repeat(depthOf(dash)) }
  })
  return { name, settings: [...lines.slice(start, stepsAt), ...lines.slice(stop, end)].join('\n'), steps }
}

/** Steps may stand as deep as the word itself: then the next word of the job ends them. */
function endOfSteps(lines: readonly string[], stepsAt: number, end: number, depth: number): number {
  const at = lines.findIndex(
    (line, index) =>
      index > stepsAt && index < end && isCode(line) && (depthOf(line) < depth || (depthOf(line) === depth && !/^\s*- /.test(line))),
  )
  return at === -1 ? end : at
}

function endOfBlock(lines: readonly string[], start: number, depth: number): number {
  const at = lines.findIndex((line, index) => index > start && isCode(line) && depthOf(line) <= depth)
  return at === -1 ? lines.length : at
}

function isCode(line: string): boolean {
  return /^\s*[^\s#]/.test(line)
}

function depthOf(line: string): number {
  return line.length - line.trimStart().length
}
