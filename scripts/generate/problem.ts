/** Mistakes in the description, gathered so that one run reports them all. */

/** One mistake in the description, and where it is. */
export class Problem extends Error {
  constructor(where: string, what: string) {
    super(`${where}: ${what}`);
    this.name = "Problem";
  }
}

/** Every mistake found in one step. */
export class SpecError extends Error {
  constructor(problems: readonly string[]) {
    const many = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(
      `Cannot generate from the spec: ${many}\n${problems.map((text) => `  ${text}`).join("\n")}`,
    );
    this.name = "SpecError";
  }
}

/** Runs every task, and then throws one {@link SpecError} for all that found a {@link Problem}. */
export function gatherProblems(tasks: Iterable<() => void>): void {
  const problems: string[] = [];
  for (const task of tasks) {
    try {
      task();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new SpecError(problems);
}
