#!/usr/bin/env node
import module from 'node:module'

// Node 22.8 and later keep compiled code between runs: loading ts-morph is most of what a run takes.
module.enableCompileCache?.()
await import('../dist/generator.js')
