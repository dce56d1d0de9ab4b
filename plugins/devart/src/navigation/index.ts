export { Link } from './Link';
export {
  Navigate,
  Route,
  Routes,
  useNavigate,
  useParams,
  useSearchParams,
} from './router';
export { useLinks, type TaskListFilter } from './useLinks';
