"""BERTopic on the texts that come in as a JSON list: its topics' words, central texts, and the topic of each text."""

import json
import sys
import warnings

from peers.bertopic_themes import Themes


def main() -> None:
    """Print what was found as one line of JSON; words of two are counted and English stop words left out, as here."""
    from sklearn.feature_extraction.text import CountVectorizer

    texts = json.load(sys.stdin)
    peer = Themes()
    peer._topics.vectorizer_model = CountVectorizer(stop_words="english", ngram_range=(1, 2))
    labels = [int(one) for one in peer._topics.fit_transform(texts, peer._vectors(texts))[0]]
    found = [
        {
            "id": topic,
            "words": [word for word, _ in peer._topics.get_topic(topic)],
            "central": peer._topics.get_representative_docs(topic) or [],
        }
        for topic in sorted(set(labels) - {-1})
    ]
    print(json.dumps({"themes": found, "labels": labels}))


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # the libraries' remarks on each other
    main()
