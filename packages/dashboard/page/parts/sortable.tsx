interface Props {
  readonly name: string
  readonly label: string
  readonly sort: string
  readonly order: string
  readonly isNumber?: boolean
  readonly onSort: (sort: string, order: 'asc' | 'desc') => void
}

/** The head of a column that the server sorts by. */
export function SortableHead({ name, label, sort, order, isNumber = false, onSort }: Props) {
  const isSorted = sort === name
  const next = isSorted ? (order === 'asc' ? 'desc' : 'asc') : isNumber ? 'desc' : 'asc'
  return (
    <th scope="col" class={isNumber ? 'number' : undefined} aria-sort={isSorted ? (order === 'asc' ? 'ascending' : 'descending') : 'none'}>
      <button type="button" class="sort" onClick={() => onSort(name, next)}>
        {label}
        <span aria-hidden="true">{isSorted ? (order === 'asc' ? ' ↑' : ' ↓') : ' ↕'}</span>
      </button>
    </th>
  )
}
