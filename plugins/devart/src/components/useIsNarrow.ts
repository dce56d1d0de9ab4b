import { useTheme } from '@material-ui/core/styles';
import useMediaQuery from '@material-ui/core/useMediaQuery';

/** Whether the screen is as narrow as a phone; known from the first moment on, so that nothing moves afterwards. */
export function useIsNarrow(): boolean {
  return useMediaQuery(useTheme().breakpoints.down('xs'), { noSsr: true });
}
