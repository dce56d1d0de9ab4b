import { readEnvironment } from './readEnvironment';

const identity = {
  name: 'code-review',
  description: 'Reviews',
  capabilities: ['code-review'],
};
const url = 'http://localhost:7007/api/devart';

describe('readEnvironment', () => {
  it('reads a key', () => {
    expect(
      readEnvironment(
        {
          DEVART_URL: `${url}/`,
          DEVART_AGENT_KEY: 'dvk_x',
          DEVART_CONCURRENCY: '3',
          DEVART_WORK_FOLDER: '/work',
        },
        identity,
      ),
    ).toEqual({
      agent: { baseUrl: url, key: 'dvk_x', concurrency: 3 },
      model: undefined,
      workFolder: '/work',
    });
  });

  it('reads how to enrol, also when only the key file is left', () => {
    const { agent } = readEnvironment(
      {
        DEVART_URL: url,
        DEVART_ENROLMENT_TOKEN: 'dve_x',
        DEVART_AGENT_KEY_FILE: '/key',
        DEVART_AGENT_NAME: 'reviewer-2',
      },
      identity,
    );
    expect(agent.enrolment).toEqual({
      ...identity,
      name: 'reviewer-2',
      token: 'dve_x',
      keyFile: '/key',
    });
    expect(
      readEnvironment(
        { DEVART_URL: url, DEVART_AGENT_KEY_FILE: '/key' },
        identity,
      ).agent.enrolment,
    ).toMatchObject({ keyFile: '/key', token: undefined });
  });

  it('reads a model', () => {
    const environment = {
      DEVART_URL: url,
      DEVART_AGENT_KEY: 'dvk_x',
      DEVART_MODEL_BASE_URL: 'http://localhost:11434/v1',
      DEVART_MODEL: 'small',
    };
    expect(readEnvironment(environment, identity).model).toEqual({
      baseUrl: 'http://localhost:11434/v1',
      model: 'small',
      apiKey: undefined,
    });
    const { DEVART_MODEL_BASE_URL: _, ...ofPortal } = environment;
    expect(readEnvironment(ofPortal, identity)).toMatchObject({
      model: undefined,
      gatewayModel: 'small',
    });
  });

  it.each([
    [{}, 'DEVART_URL must be'],
    [{ DEVART_URL: 'localhost', DEVART_AGENT_KEY: 'k' }, "it is 'localhost'"],
    [{ DEVART_URL: url }, 'DEVART_AGENT_KEY must hold'],
    [
      { DEVART_URL: url, DEVART_AGENT_KEY: 'k', DEVART_CONCURRENCY: 'many' },
      "from 1 to 64; it is 'many'",
    ],
    [
      {
        DEVART_URL: url,
        DEVART_AGENT_KEY: 'k',
        DEVART_MODEL_BASE_URL: 'http://localhost:11434/v1',
      },
      'DEVART_MODEL must name',
    ],
  ])('says what is wrong with %j', (environment, message) => {
    expect(() => readEnvironment(environment, identity)).toThrow(message);
  });
});
