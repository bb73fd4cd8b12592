import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { World } from './World.ts';

/** What a tool answered. */
export interface ToolAnswer {
  isError?: boolean;
  content: { type: string; text: string }[];
}

/** What an agent does: it calls tools, or anything of its protocol. */
export type AgentWork<T> = (
  call: (name: string, input: object) => Promise<ToolAnswer>,
  client: Client,
) => Promise<T>;

/** Connects an agent of a person by MCP, as a coding agent does, for as long as it works. */
export async function withAgent<T>(
  world: World,
  who: Parameters<World['agent']>[0],
  work: AgentWork<T>,
): Promise<T> {
  const token = await world.agent(who);
  const client = new Client({ name: 'a-coding-agent', version: '1.0.0' });
  await client.connect(
    new StreamableHTTPClientTransport(
      new URL(`${world.portal.url}/api/mcp-actions/v1`),
      { requestInit: { headers: { authorization: `Bearer ${token}` } } },
    ),
  );
  try {
    return await work(
      async (name, input) =>
        (await client.callTool({
          name,
          arguments: { ...input },
        })) as unknown as ToolAnswer,
      client,
    );
  } finally {
    await client.close();
  }
}
