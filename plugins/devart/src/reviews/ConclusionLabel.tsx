import type { Review } from '@devart/plugin-devart-common';
import FailureIcon from '@material-ui/icons/ErrorOutline';
import NeutralIcon from '@material-ui/icons/InfoOutlined';
import SuccessIcon from '@material-ui/icons/CheckCircleOutline';
import { IconLabel } from '../components';

const LOOKS = {
  success: { Icon: SuccessIcon, tone: 'ok', word: 'Good to go' },
  neutral: { Icon: NeutralIcon, tone: 'warning', word: 'Worth a look' },
  failure: { Icon: FailureIcon, tone: 'error', word: 'Needs changes' },
} as const;

/** What a review came to. */
export function ConclusionLabel(props: {
  conclusion: NonNullable<Review['conclusion']>;
}) {
  const { word, ...look } = LOOKS[props.conclusion];
  return <IconLabel {...look}>{word}</IconLabel>;
}
