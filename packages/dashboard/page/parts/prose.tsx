import { Copyable } from './copyable.js'

/** Text with commands between backticks: those that are commands of partman or SQL can be copied. */
export function Prose({ text }: { text: string }) {
  return (
    <>
      {text.split(/`([^`]+)`/).map((part, index) => {
        if (index % 2 === 0) return part
        return /^(partman|prisma|npx|[A-Z]{3,} )/.test(part) ? <Copyable key={index} text={part} /> : <code key={index}>{part}</code>
      })}
    </>
  )
}
