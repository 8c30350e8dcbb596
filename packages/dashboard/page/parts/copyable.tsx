import { useState } from 'preact/hooks'

/** A command, and a button that copies it. */
export function Copyable({ text }: { text: string }) {
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied('yes')
    } catch {
      // The clipboard is for secure contexts alone: then the text is selected, to be copied by hand.
      setCopied('failed')
    }
  }
  return (
    <span class="copyable">
      <code>{text}</code>
      <button type="button" class="button small" onClick={copy} aria-label={`Copy ${text}`}>
        {copied === 'yes' ? 'Copied' : copied === 'failed' ? 'Select it' : 'Copy'}
      </button>
    </span>
  )
}
