import type CoreForm from '@rjsf/core';
import { generateForm } from '@rjsf/material-ui';
import {
  ErrorSchemaBuilder,
  type RJSFSchema,
  type RJSFValidationError,
} from '@rjsf/utils';
import { customizeValidator } from '@rjsf/validator-ajv8';
import Typography from '@material-ui/core/Typography';
import {
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
  type MutableRefObject,
} from 'react';
import type { InputIssue } from '../api';

type Data = Record<string, unknown>;

const Form = generateForm<Data>();
const validator = customizeValidator<Data>();
const ID = 'parameters';

/** The library finds fields only in a `<form>`. */
function goToProblem({ property = '' }: RJSFValidationError): void {
  const path = property.split(/[.[\]']+/).filter(Boolean);
  document.getElementById([ID, ...path].join('_'))?.focus();
}

function isEmpty(schema: Record<string, unknown>): boolean {
  const { properties = {} } = schema;
  return (
    Object.keys(properties as object).length === 0 &&
    !['oneOf', 'anyOf', 'allOf', '$ref'].some(keyword => keyword in schema)
  );
}

/** What somebody can ask of a {@link ParametersForm}. */
export interface ParametersFormHandle {
  /** The values with their defaults; undefined when something is wrong, which is then shown. */
  read: () => Data | undefined;
}

/** A form made of a JSON Schema, with what the control plane found wrong beside its fields. */
export default function ParametersForm(props: {
  schema: Record<string, unknown>;
  /** Paths are relative to the values. */
  issues: readonly InputIssue[];
  handle: MutableRefObject<ParametersFormHandle | null>;
}) {
  const { schema, issues, handle } = props;
  const form = useRef<CoreForm<Data>>(null);
  const [data, setData] = useState<Data>({});
  const [edited, setEdited] = useState<readonly InputIssue[]>();

  useImperativeHandle(
    handle,
    () => ({
      read: () => {
        if (!form.current) {
          // Where there is nothing to fill in, nothing can be wrong.
          return {};
        }
        return form.current.validateForm()
          ? (form.current.state.formData as Data)
          : undefined;
      },
    }),
    [],
  );

  const extraErrors = useMemo(() => {
    const builder = new ErrorSchemaBuilder<Data>();
    // What was said about the values before they were edited may not hold any more.
    if (edited !== issues) {
      for (const { field, problem } of issues) {
        builder.addErrors(problem, field === '' ? [] : field.split('.'));
      }
    }
    return builder.ErrorSchema;
  }, [issues, edited]);

  if (isEmpty(schema)) {
    return <Typography variant="body2">It takes no parameters.</Typography>;
  }
  return (
    <Form
      ref={form}
      // A form in a form is no HTML; the dialog around it submits.
      tagName="div"
      idPrefix={ID}
      schema={schema as RJSFSchema}
      uiSchema={{ 'ui:submitButtonOptions': { norender: true } }}
      validator={validator}
      formData={data}
      extraErrors={extraErrors}
      showErrorList={false}
      noHtml5Validate
      focusOnFirstError={goToProblem}
      onChange={({ formData = {} }) => {
        setData(formData);
        setEdited(issues);
      }}
    />
  );
}
