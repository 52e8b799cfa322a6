"""Where figures reach people: the gateway and the pages on it."""
