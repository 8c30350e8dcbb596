#!/usr/bin/env node
import '../dist/schema-engine/main.js'
