#!/usr/bin/env node
import module from 'node:module'

// Node 22.8 and later keep compiled code between runs: loading is most of what a short command takes.
module.enableCompileCache?.()
await import('../dist/bin.js')
