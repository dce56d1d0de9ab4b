// Loaded into the back end by its development server, which would otherwise
// wait for a change of the sources after a crash and leave the portal half dead.
const fs = require('node:fs');

// Whoever is killed outright says nothing any more; its number lets others see it.
fs.writeFileSync(process.env.DEVART_BACKEND_PID_FILE, String(process.pid));

process.once('exit', code => {
  if (code !== 0) {
    process.kill(process.ppid, 'SIGTERM');
  }
});
