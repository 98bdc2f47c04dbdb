// cases.js SOCKET: what programs built on dockerode do.
'use strict';
const assert = require('assert');
const { PassThrough } = require('stream');
const Docker = require('dockerode');

const docker = new Docker({ socketPath: process.argv[2] });

function sink() {
  const stream = new PassThrough();
  const chunks = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

const cases = {
  async 'ping, version and info'() {
    assert.strictEqual((await docker.ping()).toString(), 'OK');
    assert.ok((await docker.version()).ApiVersion);
    assert.strictEqual((await docker.info()).OSType, 'linux');
  },

  async 'run with both streams'() {
    const out = sink();
    const err = sink();
    const [result, container] = await docker.run('bb:1', ['sh', '-c', 'echo o; echo e >&2; exit 3'], [out.stream, err.stream], { Tty: false });
    assert.strictEqual(result.StatusCode, 3);
    assert.strictEqual(out.text(), 'o\n');
    assert.strictEqual(err.text(), 'e\n');
    await container.remove();
  },

  async 'create options in the query and ports without a protocol'() {
    const container = await docker.createContainer({
      Image: 'bb:1', Cmd: ['sleep', '100'], name: 'node-ports', ExposedPorts: { '8080': {} },
      HostConfig: { PortBindings: { '8080': [{ HostIp: '127.0.0.1', HostPort: '8125' }] } },
    });
    await container.start();
    const info = await container.inspect();
    assert.strictEqual(info.NetworkSettings.Ports['8080/tcp'][0].HostPort, '8125');
    await container.remove({ force: true });
  },

  async 'exec with and without hijack'() {
    const container = await docker.createContainer({ Image: 'bb:1', Cmd: ['sleep', '100'] });
    await container.start();
    for (const hijack of [true, false]) {
      const exec = await container.exec({ Cmd: ['sh', '-c', hijack ? 'cat; exit 4' : 'echo plain; exit 4'], AttachStdin: hijack, AttachStdout: true, AttachStderr: true });
      const stream = await exec.start({ hijack, stdin: hijack });
      const out = sink();
      docker.modem.demuxStream(stream, out.stream, process.stderr);
      const ended = new Promise((resolve) => stream.on('end', resolve));
      if (hijack) {
        stream.write('typed\n');
        stream.end();
      }
      await ended;
      assert.strictEqual(out.text(), hijack ? 'typed\n' : 'plain\n');
      assert.strictEqual((await exec.inspect()).ExitCode, 4);
    }
    await container.remove({ force: true });
  },

  async 'logs followed to the end'() {
    const container = await docker.createContainer({ Image: 'bb:1', Cmd: ['sh', '-c', 'echo a; sleep 0.3; echo b'], Tty: false });
    await container.start();
    const stream = await container.logs({ follow: true, stdout: true, stderr: true });
    const out = sink();
    container.modem.demuxStream(stream, out.stream, process.stderr);
    await new Promise((resolve) => stream.on('end', resolve));
    assert.strictEqual(out.text(), 'a\nb\n');
    assert.strictEqual((await container.wait()).StatusCode, 0);
    await container.remove();
  },

  async 'lists with filters as maps and as lists'() {
    const container = await docker.createContainer({ Image: 'bb:1', Cmd: ['true'], Labels: { node: 'yes' } });
    for (const filters of [{ label: ['node=yes'] }, '{"label":{"node=yes":true}}']) {
      const found = await docker.listContainers({ all: true, filters });
      assert.deepStrictEqual(found.map((c) => c.Id), [container.id]);
    }
    await container.remove();
  },

  async 'errors carry status and message'() {
    await assert.rejects(docker.getContainer('nosuch').inspect(), (error) => error.statusCode === 404 && /No such container: nosuch/.test(error.message));
    await assert.rejects(docker.createContainer({ Image: 'nosuch:1' }), (error) => error.statusCode === 404);
  },
};

(async () => {
  let failed = 0;
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run();
      console.log(`ok   ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL ${name}\n${error.stack}`);
    }
  }
  console.log(`${Object.keys(cases).length - failed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
})();
