/** Where the maintainer tells what it does: the shape of pino, and of most loggers. Messages are constant, data is in the fields. */
export interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const SILENT: Logger = { info() {}, warn() {}, error() {} }
