import type { Command } from 'commander'
import type { ExitCode } from './exit-code.js'
import type { Session } from './session.js'

/** What a command does in a session, given its own options. */
export type Run<Options extends object> = (session: Session, options: Options) => Promise<ExitCode>

/** Makes the action of a command; what it throws is reported, and its exit code kept. */
export type Bind = <Options extends object>(run: Run<Options>) => (this: Command) => Promise<void>
