import type { Directory, Organisation, Person } from '../types.ts';

/** A namespace: a person's or an organisation's. */
export type Owner =
  | { kind: 'organisation'; name: string; organisation: Organisation }
  | { kind: 'person'; name: string; person: Person };

/** Finds people and organisations by name as Gitea does: whatever the case. */
export class DirectoryLookup {
  readonly #source: () => Directory | Promise<Directory>;

  private constructor(source: () => Directory | Promise<Directory>) {
    this.#source = source;
  }

  static create(source: () => Directory | Promise<Directory>): DirectoryLookup {
    return new DirectoryLookup(source);
  }

  async read(): Promise<Directory> {
    return this.#source();
  }

  async person(name: string): Promise<Person | undefined> {
    const { people } = await this.read();
    return people.find(p => same(p.name, name));
  }

  async personByEmail(email: string): Promise<Person | undefined> {
    const { people } = await this.read();
    return people.find(p => same(p.email, email));
  }

  async organisation(name: string): Promise<Organisation | undefined> {
    const { organisations } = await this.read();
    return organisations.find(o => same(o.name, name));
  }

  async owner(name: string): Promise<Owner | undefined> {
    const organisation = await this.organisation(name);
    if (organisation) {
      return { kind: 'organisation', name: organisation.name, organisation };
    }
    const person = await this.person(name);
    return person && { kind: 'person', name: person.name, person };
  }
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
