import { StandInOpenAI } from './StandInOpenAI';

/** Runs the stand-in until it is told to end; its first line says where it is. */
async function main(): Promise<void> {
  const standIn = await StandInOpenAI.start({
    apiKey: process.env.STAND_IN_API_KEY,
    answer: process.env.STAND_IN_ANSWER,
    pauseMs: Number(process.env.STAND_IN_PAUSE_MS ?? 0),
  });
  process.stdout.write(
    `${JSON.stringify({ baseUrl: standIn.baseUrl, apiKey: standIn.apiKey })}\n`,
  );
  const stop = () => {
    void standIn.stop().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

void main();
