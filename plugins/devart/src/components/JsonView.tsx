import { PlainText } from './PlainText';

/** A JSON value for people. */
export function JsonView(props: { label: string; value: unknown }) {
  return (
    <PlainText label={props.label}>
      {JSON.stringify(props.value, undefined, 2)}
    </PlainText>
  );
}
