import { useState } from 'preact/hooks'
import { keepToken, readToken } from '../api/token.js'
import { Field } from '../parts/field.js'

/** Nobody knows who looks: the host application says who may, or a token does. */
export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const [token, setToken] = useState('')
  const [wasRefused, setRefused] = useState(readToken() !== null)
  return (
    <main class="alone">
      <h1>Who are you?</h1>
      <p class="lead">
        Whoever serves this dashboard says who may see it. Sign in there and come back, open the link that <code>partman serve</code>{' '}
        printed, or use an access token where there are such.
      </p>
      <form
        class="panel padded"
        onSubmit={(event) => {
          event.preventDefault()
          keepToken(token.trim())
          setRefused(true)
          onSignedIn()
        }}
      >
        <Field
          label="Access token"
          isSecret
          value={token}
          onInput={setToken}
          isRequired
          hint="Kept in this tab alone, until it is closed."
        />
        {wasRefused && (
          <p class="needs" role="alert">
            The last token was not accepted.
          </p>
        )}
        <button type="submit" class="button primary">
          Sign in
        </button>
      </form>
    </main>
  )
}
