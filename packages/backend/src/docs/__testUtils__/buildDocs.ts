import { MkDocsRunner } from '../MkDocsRunner';

// A portal that does nothing but build, to be killed.
MkDocsRunner.create().runContainer({ imageName: 'none', args: [] });
