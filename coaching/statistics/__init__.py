"""Pure calculations: figures in, figures out, no database."""
