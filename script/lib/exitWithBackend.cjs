// Loaded into the back end by its development server, which would otherwise
// wait for a change of the sources after a crash and leave the portal half dead.
process.once('exit', code => {
  if (code !== 0) {
    process.kill(process.ppid, 'SIGTERM');
  }
});
