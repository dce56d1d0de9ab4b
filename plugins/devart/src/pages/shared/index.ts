export { EntityFilter } from './EntityFilter';
export { FilterBar } from './FilterBar';
export { PageHead } from './PageHead';
export { SearchInput } from './SearchInput';
export { useUrlFilters } from './useUrlFilters';
