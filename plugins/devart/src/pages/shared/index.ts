export { EntityFilter } from './EntityFilter';
export { FilterBar } from './FilterBar';
export { FilteredList } from './FilteredList';
export { PageHead } from './PageHead';
export { SearchInput } from './SearchInput';
export { useUrlFilters, type UrlFilters } from './useUrlFilters';
