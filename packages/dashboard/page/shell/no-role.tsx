/** Somebody is known, and may see nothing. */
export function NoRole({ user }: { user: string | null }) {
  return (
    <main class="alone">
      <h1>Not for you yet</h1>
      <p class="lead">
        You are signed in{user !== null && <> as {user}</>}, and your role here is <strong>none</strong>. Whoever runs this dashboard can
        make you a viewer, an operator or an admin.
      </p>
    </main>
  )
}
