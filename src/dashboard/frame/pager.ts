/** The links from a page of a list to others. */
export interface Pager {
  page: number
  pages: number
  first?: string | undefined
  previous?: string | undefined
  next?: string | undefined
  last?: string | undefined
}

/**
 * Where a list stands and where it goes on.
 * @param wanted the page that was asked for; the last one when there are not so many
 * @param address of a page by its number
 */
export function pagerOf(wanted: number | undefined, total: number, perPage: number, address: (page: number) => string): Pager {
  const pages = Math.max(1, Math.ceil(total / perPage))
  const page = Math.min(wanted ?? 1, pages)
  const to = (number: number, isThere: boolean) => (isThere ? address(number) : undefined)
  return {
    page,
    pages,
    first: to(1, page > 2),
    previous: to(page - 1, page > 1),
    next: to(page + 1, page < pages),
    last: to(pages, page < pages - 1),
  }
}
