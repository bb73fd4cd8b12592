import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { z } from 'zod';

const newItem = z.strictObject({ name: z.string().trim().min(1).max(200) });

interface ItemRow {
  id: string;
  name: string;
  created_at: Date;
}

function toItem(row: ItemRow) {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.created_at.toISOString(),
  };
}

/** An example of a resource in the database: replace it with your own. */
export function addItemRoutes(app: FastifyInstance, pool: Pool): void {
  app.get('/api/v1/items', async () => {
    const { rows } = await pool.query<ItemRow>(
      'SELECT id, name, created_at FROM items ORDER BY created_at DESC, id LIMIT 100',
    );
    return { items: rows.map(toItem) };
  });

  app.post('/api/v1/items', async (request, reply) => {
    const parsed = newItem.safeParse(request.body);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return reply.status(400).send({
        statusCode: 400,
        error: 'Bad Request',
        message: `${issue?.path.join('.') ?? 'body'}: ${issue?.message ?? 'is not usable'}`,
      });
    }
    const { rows } = await pool.query<ItemRow>(
      'INSERT INTO items (name) VALUES ($1) RETURNING id, name, created_at',
      [parsed.data.name],
    );
    return reply.status(201).send(rows.map(toItem)[0]);
  });
}
