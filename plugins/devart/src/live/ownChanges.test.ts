import { createDevartApi } from '../api';
import { LiveConnection } from './LiveConnection';

describe('own changes', () => {
  function portal(status: number) {
    return createDevartApi({
      discoveryApi: { getBaseUrl: async () => 'http://portal/api/devart' },
      fetchApi: {
        fetch: async () =>
          ({
            ok: status < 400,
            status,
            json: async () => ({ halted: true }),
            text: async () => '{}',
            headers: new Map([['content-type', 'application/json']]),
          }) as any,
      },
    });
  }

  it('are told to everything on the page, reads and refused calls are not', async () => {
    const heard = jest.fn();
    const stop = new LiveConnection({}).listen(heard);

    await portal(200).agents.getHalt({});
    await expect(
      portal(403).agents.setHalt({ halted: true, reason: 'x' }),
    ).rejects.toThrow('403');
    expect(heard).not.toHaveBeenCalled();

    await portal(200).agents.setHalt({ halted: true, reason: 'x' });
    expect(heard.mock.calls).toEqual([[{ hints: [], everything: true }]]);
    stop();
  });
});
