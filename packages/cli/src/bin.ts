import { runProgram } from './program.js'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe went away (`partman status | head`).
  if (error.code === 'EPIPE') process.exit()
  throw error
})
process.exitCode = await runProgram(process.argv.slice(2))
