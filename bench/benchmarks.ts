import { advanceOneDay } from './benchmarks/advance-one-day.js'
import { overheadPartitioned, overheadPlain } from './benchmarks/client-overhead.js'
import { findByIdCold, findByIdWarm } from './benchmarks/find-by-id.js'
import { idleTick } from './benchmarks/idle-tick.js'
import { insertLatency } from './benchmarks/insert-latency.js'
import { manyLeavesOfOne, manyLeavesOfTenants } from './benchmarks/many-leaves.js'
import { memory } from './benchmarks/memory.js'
import { firstContent, overview } from './benchmarks/overview.js'
import { planScale } from './benchmarks/plan-scale.js'
import { planning } from './benchmarks/planning.js'
import { registerTenants } from './benchmarks/register-tenants.js'
import { registerThousand } from './benchmarks/register-thousand.js'
import { removeTenantLatency } from './benchmarks/remove-tenant.js'
import { signUp } from './benchmarks/sign-up.js'
import { signUpLatency } from './benchmarks/sign-up-latency.js'
import type { Benchmark } from './harness/benchmark.js'

/** All benchmarks, in the order in which they run. */
export const BENCHMARKS: readonly Benchmark[] = [
  idleTick,
  registerTenants,
  registerThousand,
  advanceOneDay,
  insertLatency,
  removeTenantLatency,
  manyLeavesOfTenants,
  manyLeavesOfOne,
  memory,
  planScale,
  planning,
  overview,
  firstContent,
  signUp,
  signUpLatency,
  findByIdCold,
  findByIdWarm,
  overheadPlain,
  overheadPartitioned,
]
