/** Where the maintainer tells what it does: the shape of pino, and of most loggers. Messages are constant, data is in the fields. */
export interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** A logger whose own trouble ends nothing. */
export function unfailing(logger: Logger): Logger {
  const guard = (log: Logger['info']) => (fields: object, message: string) => {
    try {
      log(fields, message)
    } catch {
      // Nobody is left to tell.
    }
  }
  return {
    info: guard((fields, message) => logger.info(fields, message)),
    warn: guard((fields, message) => logger.warn(fields, message)),
    error: guard((fields, message) => logger.error(fields, message)),
  }
}

export const SILENT: Logger = { info() {}, warn() {}, error() {} }
