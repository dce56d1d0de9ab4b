import { appRoutes } from './routes/appRoutes';
import { checkRoutes } from './routes/checkRoutes';
import { commentRoutes } from './routes/commentRoutes';
import { statusRoutes } from './routes/statusRoutes';
import type { StandInRoute } from './StandInRoute';

/** By method and template of the path. */
export const standInRoutes: Record<string, StandInRoute> = {
  ...appRoutes,
  ...checkRoutes,
  ...commentRoutes,
  ...statusRoutes,
};
