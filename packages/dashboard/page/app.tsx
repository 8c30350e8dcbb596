import { AlertsScreen } from './alerts/alerts-screen.js'
import { ask } from './api/ask.js'
import { client } from './api/client.js'
import { MeContext } from './api/me.js'
import { useResource } from './api/use-resource.js'
import { ApprovalsScreen } from './approvals/approvals-screen.js'
import { AuditScreen } from './audit/audit-screen.js'
import { FindingsScreen } from './findings/findings-screen.js'
import { HoldsScreen } from './holds/holds-screen.js'
import { OverviewScreen } from './overview/overview-screen.js'
import { ProblemView } from './parts/problem-view.js'
import { PlanScreen } from './plan/plan-screen.js'
import { type Place, usePlace } from './routing/location.js'
import { RunScreen } from './runs/run-screen.js'
import { RunsScreen } from './runs/runs-screen.js'
import { NoRole } from './shell/no-role.js'
import { NotHere } from './shell/not-here.js'
import { Shell } from './shell/shell.js'
import { SignIn } from './shell/sign-in.js'
import { TableScreen } from './table/table-screen.js'
import { TenantsScreen } from './tenants/tenants-screen.js'

const EVERY_MS = 120_000

/** The page: first who looks at it, then the screen that its address names. */
export function App() {
  const me = useResource('me', (signal) => ask(client.GET('/api/v1/me', { signal })), EVERY_MS)
  const place = usePlace()
  if (me.problem?.status === 401) return <SignIn onSignedIn={me.reload} />
  if (me.data === null) {
    return me.problem ? (
      <main class="alone">
        <h1>partman</h1>
        <ProblemView problem={me.problem} onRetry={me.reload} />
      </main>
    ) : null
  }
  if (me.data.role === 'none') return <NoRole user={me.data.user} />
  return (
    <MeContext.Provider value={me.data}>
      <Shell section={place.path[0] ?? ''}>
        <CurrentScreen place={place} />
      </Shell>
    </MeContext.Provider>
  )
}

function CurrentScreen({ place: { path, query } }: { place: Place }) {
  const [section = '', name] = path
  if (section === 'tables' && name !== undefined && path.length === 2) return <TableScreen key={name} model={name} query={query} />
  if (section === 'runs' && name !== undefined && path.length === 2) return <RunScreen key={name} id={name} />
  if (path.length > 1) return <NotHere />
  switch (section) {
    case '':
      return <OverviewScreen />
    case 'plan':
      return <PlanScreen />
    case 'runs':
      return <RunsScreen query={query} />
    case 'findings':
      return <FindingsScreen />
    case 'alerts':
      return <AlertsScreen query={query} />
    case 'tenants':
      return <TenantsScreen query={query} />
    case 'holds':
      return <HoldsScreen query={query} />
    case 'approvals':
      return <ApprovalsScreen />
    case 'audit':
      return <AuditScreen query={query} />
    default:
      return <NotHere />
  }
}
