/** Listens on the port of its environment: started bare, by node:cluster and by pm2. */
import process from "node:process";
import { makeServer } from "./server.mjs";

makeServer().listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
