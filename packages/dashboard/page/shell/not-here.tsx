import { Empty } from '../parts/empty.js'
import { Screen } from '../parts/screen.js'
import { href } from '../routing/location.js'

export function NotHere() {
  return (
    <Screen title="Nothing here">
      <Empty title="There is no such screen">
        <a href={href([])}>Go to the overview</a>
      </Empty>
    </Screen>
  )
}
