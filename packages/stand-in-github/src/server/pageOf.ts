import type { StandInCall } from './StandInCall';

const MAX_PER_PAGE = 100;

/** A page of a list and the `Link` header that leads to the others. */
export function pageOf<T>(
  call: StandInCall,
  items: T[],
): { items: T[]; headers: Record<string, string> } {
  const perPage = Math.min(Number(call.query.per_page ?? 30), MAX_PER_PAGE);
  const page = Number(call.query.page ?? 1);
  const last = Math.max(1, Math.ceil(items.length / perPage));

  const linkTo = (number: number, relation: string) => {
    const query = new URLSearchParams({ ...call.query, page: String(number) });
    return `<${call.url}?${query}>; rel="${relation}"`;
  };
  const links = [
    ...(page > 1 ? [linkTo(page - 1, 'prev'), linkTo(1, 'first')] : []),
    ...(page < last ? [linkTo(page + 1, 'next'), linkTo(last, 'last')] : []),
  ];
  return {
    items: items.slice((page - 1) * perPage, page * perPage),
    headers: links.length > 0 ? { link: links.join(', ') } : {},
  };
}
