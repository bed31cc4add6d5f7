// Probot as its documentation starts it, its logging off and its one handler empty:
// what a GitHub App costs that keeps nothing. `bench.ingest` runs it where Probot is installed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, port, secret] = process.argv.slice(2);
const installed = createRequire(pathToFileURL(`${folder}/`)).resolve("probot");
const { Probot, Server } = await import(pathToFileURL(installed));
const privateKey = readFileSync(`${folder}/key.pem`, "utf8");

process.env.LOG_LEVEL = "fatal";
const server = new Server({
  Probot: Probot.defaults({ appId: 1, privateKey, secret }),
  host: "127.0.0.1",
  port: Number(port),
  webhookPath: "/webhook",
});
await server.load((app) => app.on("pull_request", async () => {}));
await server.start();
